// A sequence with loops and numbers that are worked out: row after row of 16, the last row first.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %m = aie.buffer(%mem) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%mem, 0) {init = 1 : i32}
    %full = aie.lock(%mem, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %mem, DMA : 0)
    aie.flow(%mem, DMA : 0, %shim, DMA : 0)
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
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.runtime_sequence(%a: memref<4x16xi32>, %b: memref<4x16xi32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c3 = arith.constant 3 : index
      %c4 = arith.constant 4 : index
      scf.for %i = %c0 to %c4 step %c1 {
        %row = arith.subi %c3, %i : index
        %row64 = arith.index_cast %row : index to i64
        aiex.npu.dma_memcpy_nd(%b[0, 0, %i, 0][1, 1, 1, 16][0, 0, 16, 1]) {id = 0 : i64, metadata = @out, issue_token = true} : memref<4x16xi32>
        aiex.npu.dma_memcpy_nd(%a[0, 0, %row64, 0][1, 1, 1, 16][0, 0, 16, 1]) {id = 1 : i64, metadata = @in} : memref<4x16xi32>
        aiex.npu.dma_wait {symbol = @out}
      }
    }
  }
}
