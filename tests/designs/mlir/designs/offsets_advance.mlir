// A descriptor whose offset advances with each of its four runs, the first of them in the second place.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<64xi32>
    %free = aie.lock(%mem, 0) {init = 4 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
    aie.runtime_sequence(%a: memref<64xi32>, %b: memref<64xi32>) {
      %o = aiex.dma_configure_task(%shim, S2MM, 0) {
        aie.dma_bd(%b : memref<64xi32>, 0, 64)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %in = aiex.dma_configure_task(%mem, S2MM, 0) {
        aie.use_lock(%free, AcquireGreaterEqual, 1)
        aie.dma_bd(%m : memref<64xi32>, 0, 16) {iteration = #aie.bd_iteration<size = 4, stride = 16, current = 1>}
        aie.use_lock(%full, Release, 1)
        aie.end
      } {repeat_count = 3 : i32}
      aiex.dma_start_task(%in)
      %out = aiex.dma_configure_task(%mem, MM2S, 0) {
        aie.use_lock(%full, AcquireGreaterEqual, 4)
        aie.dma_bd(%m : memref<64xi32>, 0, 64)
        aie.use_lock(%free, Release, 4)
        aie.end
      }
      aiex.dma_start_task(%out)
      %i = aiex.dma_configure_task(%shim, MM2S, 0) {
        aie.dma_bd(%a : memref<64xi32>, 0, 32) {iteration = #aie.bd_iteration<size = 2, stride = 32>}
        aie.end
      } {repeat_count = 1 : i32}
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
