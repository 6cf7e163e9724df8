// Two objects are there from the start and leave; then the core makes a third.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @linear_zero_int32(memref<16xi32>, i32)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @out(%core, {%shim}, 2 : i32) : !aie.objectfifo<memref<16xi32>> = [dense<5> : memref<16xi32>, dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : memref<16xi32>]
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 1 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_zero_int32(%y, %n) : (memref<16xi32>, i32) -> ()
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%b: memref<48xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<48xi32>, 0, 48)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      aiex.dma_await_task(%o)
    }
  }
}
