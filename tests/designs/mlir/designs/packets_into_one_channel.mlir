// Two cores send packets of 16 words into one shim channel: who is ready first goes first.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %low = aie.tile(0, 2)
    %high = aie.tile(0, 3)
    func.func private @linear_zero_int32(memref<16xi32>, i32)
    %n = arith.constant 16 : i32
    %x_low = aie.buffer(%low) {sym_name = "x_low"} : memref<16xi32> = dense<1>
    %done_low = aie.lock(%low, 0) {init = 0 : i32}
    %x_high = aie.buffer(%high) {sym_name = "x_high"} : memref<16xi32> = dense<2>
    %done_high = aie.lock(%high, 0) {init = 0 : i32}
    aie.packet_flow(0x4) {
      aie.packet_source<%low, DMA : 0>
      aie.packet_dest<%shim, DMA : 0>
    }
    aie.packet_flow(0x5) {
      aie.packet_source<%high, DMA : 0>
      aie.packet_dest<%shim, DMA : 0>
    }
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    aie.core(%low) {
      func.call @linear_zero_int32(%x_low, %n) : (memref<16xi32>, i32) -> ()
      aie.use_lock(%done_low, Release, 1)
      aie.end
    }
    aie.core(%high) {
      aie.use_lock(%done_high, Release, 1)
      aie.end
    }
    %dma_low = aie.mem(%low) {
        %slow0 = aie.dma_start(MM2S, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%done_low, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_low : memref<16xi32>, 0, 16) {packet = #aie.packet_info<pkt_type = 0, pkt_id = 4>}
        aie.next_bd ^end
      ^end:
        aie.end
    }
    %dma_high = aie.mem(%high) {
        %shigh0 = aie.dma_start(MM2S, 0, ^b1, ^end)
      ^b1:
        aie.use_lock(%done_high, AcquireGreaterEqual, 1)
        aie.dma_bd(%x_high : memref<16xi32>, 0, 16) {packet = #aie.packet_info<pkt_type = 0, pkt_id = 5>}
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%o: memref<32xi32>) {
      %t = aiex.dma_configure_task_for @out {
        aie.dma_bd(%o : memref<32xi32>, 0, 32)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%t)
      aiex.dma_await_task(%t)
    }
  }
}
