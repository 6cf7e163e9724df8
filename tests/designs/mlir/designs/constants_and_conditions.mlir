// Sums, products and conditions of constants decide what a core does: three trips of work.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    func.func private @work(memref<16xi32>)
    func.func private @more(memref<16xi32>)
    %x = aie.buffer(%low) {sym_name = "x"} : memref<16xi32> = dense<7>
    %done = aie.lock(%low, 1) {init = 0 : i32}
    aie.flow(%low, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.core(%low) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      %c3 = arith.addi %c1, %c2 : index
      %six = arith.muli %c3, %c2 : index
      %half = arith.divui %six, %c2 : index
      %yes = arith.cmpi eq, %half, %c3 : index
      scf.for %i = %c0 to %half step %c1 {
        scf.if %yes {
          func.call @work(%x) : (memref<16xi32>) -> ()
        } else {
          func.call @more(%x) : (memref<16xi32>) -> ()
        }
      }
      aie.use_lock(%done, Release, 1)
      aie.end
    }
    aie.core(%high) {
      aie.end
    }
    %dma_low = aie.mem(%low) {
        %slow0 = aie.dma_start(MM2S, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%done, AcquireGreaterEqual, 1)
        aie.dma_bd(%x : memref<16xi32>)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%o: memref<16xi32>) {
      %t = aiex.dma_configure_task_for @out {
        aie.dma_bd(%o : memref<16xi32>, 0, 16)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%t)
    }
  }
}
