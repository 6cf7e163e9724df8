// One object goes to a core and to a mem tile, which hands it on to another core.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @in(%shim, {%low, %mem}, [1, 1, 2]) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @skipped(%mem, {%high}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.link [@in] -> [@skipped]([] [])
    aie.objectfifo @out(%low, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @late(%high, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.core(%low) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 1 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @in(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @in(Consume, 1)
        aie.objectfifo.release @out(Produce, 1)
      }
      aie.end
    }
    aie.core(%high) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 1 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @skipped(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @late(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @skipped(Consume, 1)
        aie.objectfifo.release @late(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%a: memref<16xi32>, %b: memref<16xi32>, %c: memref<16xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %p = aiex.dma_configure_task_for @late {
        aie.dma_bd(%c : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%p)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
      aiex.dma_await_task(%p)
    }
  }
}
