// The same transfers of bf16 as blocks of eight words, and pushes as writes into the queues'
// registers.
module {
  aie.device(npu1) {
    memref.global "private" constant @into : memref<8xi32> = dense<[16, 0, 0, 0, -1073741824, 33554432, 0, 33554432]>
    memref.global "private" constant @from : memref<8xi32> = dense<[16, 0, 0, 0, -1073741824, 33554432, 0, 33554432]>
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
    aie.runtime_sequence(%a: memref<32xbf16>, %b: memref<64xbf16>) {
      %0 = memref.get_global @from : memref<8xi32>
      aiex.npu.blockwrite(%0) {address = 118784 : ui32} : memref<8xi32>
      aiex.npu.address_patch {addr = 118788 : ui32, arg_idx = 1 : i32, arg_plus = 64 : i32}
      aiex.npu.maskwrite32 {address = 119296 : ui32, column = 0 : i32, mask = 3840 : ui32, row = 0 : i32, value = 3840 : ui32}
      aiex.npu.write32 {address = 119300 : ui32, column = 0 : i32, row = 0 : i32, value = 2147483648 : ui32}
      %1 = memref.get_global @into : memref<8xi32>
      aiex.npu.blockwrite(%1) {address = 118816 : ui32} : memref<8xi32>
      aiex.npu.address_patch {addr = 118820 : ui32, arg_idx = 0 : i32, arg_plus = 0 : i32}
      aiex.npu.write32 {address = 119316 : ui32, column = 0 : i32, row = 0 : i32, value = 1 : ui32}
      %column = arith.constant 0 : i32
      %one = arith.constant 1 : i32
      aiex.npu.sync(%column, %column, %column, %column, %one, %one) : i32, i32, i32, i32, i32, i32
    }
  }
}
