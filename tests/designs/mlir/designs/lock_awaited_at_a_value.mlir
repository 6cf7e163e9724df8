// One core waits until the lock has exactly 2: the other gives 1 before its work and 1 after.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    func.func private @work(memref<16xi32>)
    func.func private @more(memref<16xi32>)
    %x = aie.buffer(%low) {sym_name = "x"} : memref<16xi32> = dense<7>
    %count = aie.lock(%high, 0) {init = 0 : i32}
    %done = aie.lock(%low, 1) {init = 0 : i32}
    aie.flow(%low, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.core(%low) {
      aie.use_lock(%count, Acquire, 2)
      func.call @work(%x) : (memref<16xi32>) -> ()
      aie.use_lock(%done, Release, 1)
      aie.end
    }
    aie.core(%high) {
      aie.use_lock(%count, Release, 1)
      func.call @more(%x) : (memref<16xi32>) -> ()
      aie.use_lock(%count, Release, 1)
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
