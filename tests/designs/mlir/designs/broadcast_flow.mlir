// One shim channel sends to two cores at once, which send it back by channels of their own.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    %x_low = aie.buffer(%low) {sym_name = "x_low"} : memref<16xi32>
    %free_low = aie.lock(%low, 0) {init = 1 : i32}
    %full_low = aie.lock(%low, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %low, DMA : 0)
    %x_high = aie.buffer(%high) {sym_name = "x_high"} : memref<16xi32>
    %free_high = aie.lock(%high, 0) {init = 1 : i32}
    %full_high = aie.lock(%high, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %high, DMA : 0)
    aie.flow(%low, DMA : 0, %shim, DMA : 0)
    aie.flow(%high, DMA : 0, %shim, DMA : 1)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @low_out(%shim, S2MM, 0)
    aie.shim_dma_allocation @high_out(%shim, S2MM, 1)
    %dma_low = aie.mem(%low) {
        %slow0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free_low, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_low : memref<16xi32>)
        aie.use_lock(%full_low, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %slow1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full_low, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_low : memref<16xi32>)
        aie.use_lock(%free_low, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    %dma_high = aie.mem(%high) {
        %shigh0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free_high, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_high : memref<16xi32>)
        aie.use_lock(%full_high, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %shigh1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full_high, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_high : memref<16xi32>)
        aie.use_lock(%free_high, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<32xi32>, %l: memref<32xi32>, %h: memref<32xi32>) {
      %l0 = aiex.dma_configure_task_for @low_out {
        aie.dma_bd(%l : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%l0)
      %h0 = aiex.dma_configure_task_for @high_out {
        aie.dma_bd(%h : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%h0)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<32xi32>, 0, 32)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.npu.sync {channel = 0 : i32, column = 0 : i32, column_num = 1 : i32, direction = 0 : i32, row = 0 : i32, row_num = 1 : i32}
      aiex.dma_await_task(%h0)
    }
  }
}
