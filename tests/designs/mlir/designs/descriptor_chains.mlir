// A chain of descriptors that is defined once and started on a channel and on an allocation.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%mem, 0) {init = 1 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.bd_chain @halves(%first: memref<16xi32>, %second: memref<16xi32>) {
      aie.dma_bd(%first : memref<16xi32>, 0, 16)
      aie.next_bd ^more
    ^more:
      aie.dma_bd(%second : memref<16xi32>, 0, 16)
      aie.end
    }
    %dma_mem = aie.memtile_dma(%mem) {
        %smem0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %smem1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<16xi32>, %b: memref<16xi32>, %c: memref<16xi32>, %d: memref<16xi32>) {
      %o = aiex.dma_start_bd_chain_for @halves(%c, %d) : (memref<16xi32>, memref<16xi32>) for @out {issue_token = true}
      %i = aiex.dma_start_bd_chain @halves(%a, %b) : (memref<16xi32>, memref<16xi32>) on (%shim, MM2S, 0)
      aiex.dma_await_task(%o)
    }
  }
}
