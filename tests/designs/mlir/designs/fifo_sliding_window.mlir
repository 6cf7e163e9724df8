// A core holds two objects and lets go of one at a time: sums of neighbours.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @linear_zero_int32(memref<16xi32>, i32)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @in(%shim, {%core}, 3 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 2 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %s = aie.objectfifo.acquire @in(Consume, 2) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %s[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %z = aie.objectfifo.subview.access %s[1] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %z, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @in(Consume, 1)
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.objectfifo.release @in(Consume, 1)
      aie.end
    }
    aie.runtime_sequence(%a: memref<48xi32>, %b: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<48xi32>, 0, 48)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
