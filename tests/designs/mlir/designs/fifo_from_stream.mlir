// What comes by rows is put down by columns.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @linear_accumulate_int32(memref<4x4xi32>, memref<4x4xi32>, memref<4x4xi32>, i32)
    aie.objectfifo @in(%shim, {%core dimensionsFromStream [<size = 4, stride = 1>, <size = 4, stride = 4>]}, 1 : i32) : !aie.objectfifo<memref<4x4xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<4x4xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 1 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<4x4xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<4x4xi32>> -> memref<4x4xi32>
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<4x4xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<4x4xi32>> -> memref<4x4xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<4x4xi32>, memref<4x4xi32>, memref<4x4xi32>, i32) -> ()
        aie.objectfifo.release @in(Consume, 1)
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%a: memref<16xi32>, %b: memref<16xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
