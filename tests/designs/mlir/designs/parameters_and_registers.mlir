// The controller writes three registers, a masked one, a block and two words of a buffer, which
// then leave the core.
module {
  aie.device(npu1) {
    memref.global "private" constant @block : memref<16xi32> = dense<0>
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    func.func private @work(memref<4xi32>)
    %rtp = aie.buffer(%core) {sym_name = "rtp"} : memref<4xi32> = dense<5>
    %go = aie.buffer(%core) {sym_name = "go"} : memref<4xi32>
    %ready = aie.lock(%core, 0) {init = 0 : i32}
    %done = aie.lock(%core, 1) {init = 0 : i32}
    aie.flow(%shim, DMA : 0, %core, DMA : 0)
    aie.flow(%core, DMA : 0, %shim, DMA : 0)
    aie.shim_dma_allocation @in(%shim, MM2S, 0)
    aie.shim_dma_allocation @out(%shim, S2MM, 0)
    %dma_core = aie.mem(%core) {
        %score0 = aie.dma_start(S2MM, 0, ^b1, ^n0)
      ^b1:
        aie.dma_bd(%go : memref<4xi32>)
        aie.use_lock(%ready, Release, 1)
        aie.next_bd ^end
      ^n0:
        %score1 = aie.dma_start(MM2S, 0, ^b2, ^end)
      ^b2:
        aie.use_lock(%ready, AcquireGreaterEqual, 1)
        aie.dma_bd(%rtp : memref<4xi32>)
        aie.next_bd ^end
      ^end:
        aie.end
    }
    aie.runtime_sequence(%a: memref<4xi32>, %b: memref<4xi32>) {
      aiex.npu.write32 {address = 204800 : ui32, column = 0 : i32, row = 2 : i32, value = 1 : ui32}
      %address = arith.constant 204804 : i32
      %value = arith.constant 9 : i32
      aiex.npu.write32(%address, %value) {column = 0 : i32, row = 2 : i32} : i32, i32
      aiex.npu.write32 {address = 204808 : ui32, value = 1 : ui32}
      aiex.npu.maskwrite32 {address = 204812 : ui32, mask = 1 : ui32, value = 1 : ui32}
      %words = memref.get_global @block : memref<16xi32>
      aiex.npu.blockwrite(%words) {address = 204816 : ui32} : memref<16xi32>
      aiex.npu.rtp_write(@rtp, 1, 11)
      aiex.npu.rtp_write(@rtp, 3 : ui32, %value) : i32
      %o = aiex.dma_configure_task_for @out {
        aie.dma_bd(%b : memref<4xi32>, 0, 4)
        aie.end
      } {issue_token = true}
      aiex.dma_start_task(%o)
      %i = aiex.dma_configure_task_for @in {
        aie.dma_bd(%a : memref<4xi32>, 0, 4)
        aie.end
      }
      aiex.dma_start_task(%i)
      aiex.dma_await_task(%o)
    }
  }
}
