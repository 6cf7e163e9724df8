// A loop of loads, an addition of whole numbers and a store, as a compiler may leave it.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %v0 = aie.objectfifo.acquire @in0(Consume, 1) : !aie.objectfifosubview<memref<16xi32>>
      %x0 = aie.objectfifo.subview.access %v0[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
      %w = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<16xi32>>
      %y = aie.objectfifo.subview.access %w[0] : !aie.objectfifosubview<memref<16xi32>> -> memref<16xi32>
      %c100 = arith.constant 100 : i32
      scf.for %i = %c0 to %c16 step %c1 {
        %v = memref.load %x0[%i] : memref<16xi32>
        %s = arith.addi %v, %c100 : i32
        memref.store %s, %y[%i] : memref<16xi32>
      }
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<16xi32>, %b: memref<16xi32>) {
      %to = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%to)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<16xi32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t0)
      aiex.dma_await_task(%to)
    }
  }
}
