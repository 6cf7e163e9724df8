// The same with the eastern neighbour, and two objects, in the memory of the first, put there by
// name.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(1, 2)
    func.func private @linear_zero_int32(memref<16xi32>, i32)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @in(%shim, {%low}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @middle(%low, {%high}, 2 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%high, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.allocate @middle (%low)
    aie.core(%low) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 3 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @middle(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @in(Consume, 1)
        aie.objectfifo.release @middle(Produce, 1)
      }
      aie.end
    }
    aie.core(%high) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 3 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @middle(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @middle(Consume, 1)
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%a: memref<48xi32>, %b: memref<48xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<48xi32>, 0, 48)
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
