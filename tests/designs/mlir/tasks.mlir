    aie.runtime_sequence @run(%C_in: memref<64xf32>, %P: memref<64xf32>, %C_out: memref<64xf32>) {
      %t0 = aiex.dma_configure_task_for @C_out {
        aie.dma_bd(%C_out : memref<64xf32>, 0, 64) {burst_length = 0 : i32}
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%t0)
      %t1 = aiex.dma_configure_task_for @C_in {
        aie.dma_bd(%C_in : memref<64xf32>, 0, 64)
        aie.end
      }
      aiex.dma_start_task(%t1)
      %t2 = aiex.dma_configure_task_for @P {
        aie.dma_bd(%P : memref<64xf32>, 0, 64)
        aie.end
      }
      aiex.dma_start_task(%t2)
      aiex.dma_await_task(%t0)
      aiex.dma_free_task(%t1)
    }
