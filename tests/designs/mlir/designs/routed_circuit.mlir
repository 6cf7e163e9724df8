// What a router left: switches in place of flows, from a shim by way of its neighbour to a mem tile.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %beside = aie.tile(1, 0)
    %mem = aie.tile(1, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%mem, 0) {init = 1 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    %switch_shim = aie.switchbox(%shim) {
      aie.connect<SOUTH : 3, EAST : 1>
      aie.connect<EAST : 2, SOUTH : 2>
    }
    %mux_shim = aie.shim_mux(%shim) {
      aie.connect<DMA : 0, NORTH : 3>
      aie.connect<NORTH : 2, DMA : 0>
    }
    %switch_beside = aie.switchbox(%beside) {
      aie.connect<"West" : 1, "North" : 0>
      aie.connect<"North" : 0, "West" : 2>
    }
    %switch_mem = aie.switchbox(%mem) {
      aie.connect<SOUTH : 0, DMA : 0>
      aie.connect<DMA : 0, SOUTH : 0>
    }
    aie.wire(%switch_shim : East, %switch_beside : West)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_mem = aie.memtile_dma(%mem) {
        %0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>, 0, 16)
        aie.use_lock(%full, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b2
      ^end:
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
