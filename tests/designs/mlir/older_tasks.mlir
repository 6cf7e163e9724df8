    aiex.runtime_sequence(%C_in: memref<64xf32>, %P: memref<64xf32>, %C_out: memref<64xf32>) {
      aiex.npu.dma_memcpy_nd(0, 0, %C_out[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]) {id = 0 : i64, issue_token = true, metadata = @C_out} : memref<64xf32>
      aiex.npu.dma_memcpy_nd(%C_in[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]) {id = 1 : i64, metadata = @C_in} : memref<64xf32>
      aiex.npu.dma_memcpy_nd(%P[0, 0, 0, 0][1, 1, 1, 64][0, 0, 0, 1]) {id = 2 : i64, metadata = @P} : memref<64xf32>
      aiex.npu.dma_wait {symbol = @C_out}
    }
