// A loop that hands a sum of f32 from trip to trip, and a condition that keeps what is positive.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @in0(%shim, {%core}, 1 : i32) : !aie.objectfifo<memref<16xf32>>
    aie.objectfifo @out(%core, {%shim}, 1 : i32) : !aie.objectfifo<memref<1xf32>>
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c4 = arith.constant 4 : index
      %c8 = arith.constant 8 : index
      %c16 = arith.constant 16 : index
      %v0 = aie.objectfifo.acquire @in0(Consume, 1) : !aie.objectfifosubview<memref<16xf32>>
      %x0 = aie.objectfifo.subview.access %v0[0] : !aie.objectfifosubview<memref<16xf32>> -> memref<16xf32>
      %w = aie.objectfifo.acquire @out(Produce, 1) : !aie.objectfifosubview<memref<1xf32>>
      %y = aie.objectfifo.subview.access %w[0] : !aie.objectfifosubview<memref<1xf32>> -> memref<1xf32>
      %zero = arith.constant 0.0 : f32
      %sum = scf.for %i = %c0 to %c16 step %c1 iter_args(%acc = %zero) -> (f32) {
        %v = memref.load %x0[%i] : memref<16xf32>
        %keep = arith.cmpf ogt, %v, %zero : f32
        %next = scf.if %keep -> (f32) {
          %more = arith.addf %acc, %v : f32
          scf.yield %more : f32
        } else {
          scf.yield %acc : f32
        }
        scf.yield %next : f32
      }
      memref.store %sum, %y[%c0] : memref<1xf32>
      aie.objectfifo.release @in0(Consume, 1)
      aie.objectfifo.release @out(Produce, 1)
      aie.end
    }
    aie.runtime_sequence(%a0: memref<16xf32>, %b: memref<1xf32>) {
      %to = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<1xf32>, 0, 1)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%to)
      %t0 = aiex.dma_configure_task_for @in0 {
        aie.dma_bd(%a0 : memref<16xf32>, 0, 16)
        aie.end
      }
      aiex.dma_start_task(%t0)
      aiex.dma_await_task(%to)
    }
  }
}
