// One shim channel sends a packet of 16 words to each of two cores, the upper one first.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    %x_low = aie.buffer(%low) {sym_name = "x_low"} : memref<16xi32>
    %free_low = aie.lock(%low, 0) {init = 1 : i32}
    %full_low = aie.lock(%low, 1) {init = 0 : i32}
    %x_high = aie.buffer(%high) {sym_name = "x_high"} : memref<16xi32>
    %free_high = aie.lock(%high, 0) {init = 1 : i32}
    %full_high = aie.lock(%high, 1) {init = 0 : i32}
    aie.packet_flow(1) {
      aie.packet_source<%shim, DMA : 0>
      aie.packet_dest<%low, DMA : 0>
    }
    aie.packet_flow(2) {
      aie.packet_source<%shim, DMA : 0>
      aie.packet_dest<%high, DMA : 0>
    }
    aie.flow(%low, DMA : 0, %shim, DMA : 0)
    aie.flow(%high, DMA : 0, %shim, DMA : 1)
    aie.shim_dma_allocation @to_low(%shim, MM2S, 0, <pkt_type = 0, pkt_id = 1>)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @from_low(%shim, S2MM, 0)
    aie.shim_dma_allocation @from_high(%shim, S2MM, 1)
    %dma_low = aie.mem(%low) {
        %slow0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free_low, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_low : memref<16xi32>, 0, 16)
        aie.use_lock(%full_low, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %slow1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full_low, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_low : memref<16xi32>, 0, 16)
        aie.use_lock(%free_low, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    %dma_high = aie.mem(%high) {
        %shigh0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.use_lock(%free_high, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_high : memref<16xi32>, 0, 16)
        aie.use_lock(%full_high, Release, 1)
        aie.next_bd ^b1
      ^n0:
        %shigh1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%full_high, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_high : memref<16xi32>, 0, 16)
        aie.use_lock(%free_high, Release, 1)
        aie.next_bd ^b2
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<32xi32>, %l: memref<16xi32>, %h: memref<16xi32>) {
      aiex.npu.dma_memcpy_nd(%l[0, 0, 0, 0][1, 1, 1, 16][0, 0, 0, 1]) {id = 0 : i64, metadata = @from_low, issue_token = true} : memref<16xi32>
      aiex.npu.dma_memcpy_nd(%h[0, 0, 0, 0][1, 1, 1, 16][0, 0, 0, 1]) {id = 1 : i64, metadata = @from_high, issue_token = true} : memref<16xi32>
      aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 16][1, 1, 1, 16][0, 0, 0, 1], packet = <pkt_id = 2, pkt_type = 0>) {id = 2 : i64, metadata = @in} : memref<32xi32>
      aiex.npu.dma_memcpy_nd(%a[0, 0, 0, 0][1, 1, 1, 16][0, 0, 0, 1]) {id = 3 : i64, metadata = @to_low} : memref<32xi32>
      aiex.npu.dma_wait {symbol = @from_low}
      aiex.npu.dma_wait {symbol = @from_high}
    }
  }
}
