// A mem tile passes objects of 32 on to a core that takes 16 at a time, and the other way round.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %core = aie.tile(0, 2)
    func.func private @linear_accumulate_int32(memref<16xi32>, memref<16xi32>, memref<16xi32>, i32)
    aie.objectfifo @in(%shim, {%mem}, 1 : i32) : !aie.objectfifo<memref<32xi32>>
    aie.objectfifo @halves(%mem, {%core}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.link [@in] -> [@halves]([] [])
    aie.objectfifo @doubled(%core, {%mem}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%mem, {%shim}, 1 : i32) : !aie.objectfifo<memref<32xi32>>
    aie.objectfifo.link [@doubled] -> [@out]([] [])
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %ct = arith.constant 2 : index
      %n = arith.constant 16 : i32
      scf.for %i = %c0 to %ct step %c1 {
        %sx = aie.objectfifo.acquire @halves(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
        %x = aie.objectfifo.subview.access %sx[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        %sy = aie.objectfifo.acquire @doubled(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
        %y = aie.objectfifo.subview.access %sy[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
        func.call @linear_accumulate_int32(%x, %x, %y, %n) : (memref<16xi32>, memref<16xi32>, memref<16xi32>, i32) -> ()
        aie.objectfifo.release @halves(Consume, 1)
        aie.objectfifo.release @doubled(Produce, 1)
      }
      aie.end
    }
    aie.runtime_sequence(%a: memref<32xi32>, %b: memref<32xi32>) {
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %t = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%o)
    }
  }
}
