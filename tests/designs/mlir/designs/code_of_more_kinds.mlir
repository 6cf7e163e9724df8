// linalg's max, min, sub, copy and matmul on whole buffers, and math on single numbers.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    %s = aie.buffer(%core) {sym_name = "s"} : memref<4x4xf32>
    %t = aie.buffer(%core) {sym_name = "t"} : memref<4x4xf32>
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4x4xf32>>
    aie.objectfifo @in1(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<4x4xf32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<4x4xf32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %zero = arith.constant 0.0 : f32
      %x = aie.objectfifo.acquire @in0(Consume, 1) : memref<4x4xf32>
      %y = aie.objectfifo.acquire @in1(Consume, 1) : memref<4x4xf32>
      %z = aie.objectfifo.acquire @out(Produce, 1) : memref<4x4xf32>
      linalg.max ins(%x, %y : memref<4x4xf32>, memref<4x4xf32>) outs(%s : memref<4x4xf32>)
      linalg.min ins(%x, %y : memref<4x4xf32>, memref<4x4xf32>) outs(%t : memref<4x4xf32>)
      linalg.sub ins(%s, %t : memref<4x4xf32>, memref<4x4xf32>) outs(%s : memref<4x4xf32>)
      linalg.copy ins(%x : memref<4x4xf32>) outs(%t : memref<4x4xf32>)
      linalg.fill ins(%zero : f32) outs(%z : memref<4x4xf32>)
      linalg.matmul ins(%s, %t : memref<4x4xf32>, memref<4x4xf32>) outs(%z : memref<4x4xf32>)
      scf.for %i = %c0 to %c4 step %c1 {
        %v = memref.load %z[%i, %i] : memref<4x4xf32>
        %a = math.absf %v : f32
        %r = math.sqrt %a : f32
        memref.store %r, %z[%i, %i] : memref<4x4xf32>
      }
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @in1(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<16xf32>, %a1: memref<16xf32>, %b: memref<16xf32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xf32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<16xf32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t0)
      %t1 = aiex.dma_configure_task_for @in1 {
        aie.dma_bd(%a1 : memref<16xf32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t1)
      aiex.dma_await_task(%o)
    }
  }
}
