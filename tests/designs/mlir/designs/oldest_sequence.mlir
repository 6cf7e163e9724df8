// The oldest spelling: a plain function, three strides, slices without offsets, bytes in FIFOs that
// words of the host fill, and tokens that transfers into DDR have without being told.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    aie.objectfifo @in(%shim, {%mem}, 1 : i32) : !aie.objectfifo<memref<64xui8>>
    aie.objectfifo @out(%mem, {%shim}, 1 : i32) : !aie.objectfifo<memref<64xui8>>
    aie.objectfifo.link [@in] -> [@out]()
    func.func @sequence(%a: memref<48xi32>, %b: memref<48xi32>) {
      memref.assume_alignment %a, 64 : memref<48xi32>
      aiex.npu.dma_memcpy_nd(0, 0, %b[0, 0, 0, 0][1, 1, 1, 48][0, 0, 0]) {id = 0 : i64, metadata = @out} : memref<48xi32>
      aiex.npu.dma_memcpy_nd(0, 0, %a[0, 0, 0, 0][1, 1, 1, 48][0, 0, 0]) {id = 1 : i64, metadata = @in} : memref<48xi32>
      aiex.npu.sync {channel = 0 : i32, column = 0 : i32, column_num = 1 : i32, direction = 0 : i32, row = 0 : i32, row_num = 1 : i32}
      return
    }
  }
}
