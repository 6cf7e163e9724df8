// The adder of ../adder.mlir as a compiler lowers it: each object FIFO is two buffers, two locks, a
// ring of two descriptors at either end and a flow.
module {
  aie.device(npu1_1col) {
    memref.global "public" @C_in : memref<64xf32>
    func.func private @linear_accumulate_float32(memref<64xf32>, memref<64xf32>, memref<64xf32>, i32)
    %shim = aie.tile(0, 0) {controller_id = #aie.packet_info<pkt_type = 0, pkt_id = 15>}
    %core = aie.tile(0, 2)
    %c_out_0 = aie.buffer(%core) {address = 1024 : i32, mem_bank = 0 : i32, sym_name = "c_out_0"} : memref<64xf32>
    %c_out_1 = aie.buffer(%core) {address = 16384 : i32, mem_bank = 1 : i32, sym_name = "c_out_1"} : memref<64xf32>
    %c_out_prod = aie.lock(%core, 4) {init = 2 : i32, sym_name = "c_out_prod"}
    %c_out_cons = aie.lock(%core, 5) {init = 0 : i32, sym_name = "c_out_cons"}
    %p_0 = aie.buffer(%core) {sym_name = "p_0"} : memref<64xf32>
    %p_1 = aie.buffer(%core) {sym_name = "p_1"} : memref<64xf32>
    %p_prod = aie.lock(%core, 2) {init = 2 : i32, sym_name = "p_prod"}
    %p_cons = aie.lock(%core, 3) {init = 0 : i32, sym_name = "p_cons"}
    %c_in_0 = aie.buffer(%core) {sym_name = "c_in_0"} : memref<64xf32>
    %c_in_1 = aie.buffer(%core) {sym_name = "c_in_1"} : memref<64xf32>
    %c_in_prod = aie.lock(%core, 0) {init = 2 : i32, sym_name = "c_in_prod"}
    %c_in_cons = aie.lock(%core, 1) {init = 0 : i32, sym_name = "c_in_cons"}
    aie.flow(%shim, DMA : 0, %core, DMA : 0)
    aie.flow(%shim, DMA : 1, %core, DMA : 1)
    aie.flow(%core, DMA : 0, %shim, DMA : 0)
    %core_0_2 = aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 64 : i32
      %forever = arith.constant 4294967294 : index
      scf.for %i = %c0 to %forever step %c1 {
        aie.use_lock(%c_in_cons, AcquireGreaterEqual, 1)
        aie.use_lock(%p_cons, AcquireGreaterEqual, 1)
        aie.use_lock(%c_out_prod, AcquireGreaterEqual, 1)
        func.call @linear_accumulate_float32(%c_in_0, %p_0, %c_out_0, %n) : (memref<64xf32>, memref<64xf32>, memref<64xf32>, i32) -> ()
        aie.use_lock(%c_in_prod, Release, 1)
        aie.use_lock(%p_prod, Release, 1)
        aie.use_lock(%c_out_cons, Release, 1)
        aie.use_lock(%c_in_cons, AcquireGreaterEqual, 1)
        aie.use_lock(%p_cons, AcquireGreaterEqual, 1)
        aie.use_lock(%c_out_prod, AcquireGreaterEqual, 1)
        func.call @linear_accumulate_float32(%c_in_1, %p_1, %c_out_1, %n) : (memref<64xf32>, memref<64xf32>, memref<64xf32>, i32) -> ()
        aie.use_lock(%c_in_prod, Release, 1)
        aie.use_lock(%p_prod, Release, 1)
        aie.use_lock(%c_out_cons, Release, 1)
      }
      aie.end
    } {elf_file = "core_0_2.elf"}
    aie.shim_dma_allocation @C_in(MM2S, 0, 0)
    aie.shim_dma_allocation @P(%shim, MM2S, 1)
    aie.shim_dma_allocation @C_out(S2MM, 0, 0)
    %mem_0_2 = aie.mem(%core) {
      %0 = aie.dma_start(S2MM, 0, ^bb1, ^bb3)
    ^bb1:  // 2 preds: ^bb0, ^bb2
      aie.use_lock(%c_in_prod, AcquireGreaterEqual, 1)
      aie.dma_bd(%c_in_0 : memref<64xf32>, 0, 64) {bd_id = 0 : i32, next_bd_id = 1 : i32}
      aie.use_lock(%c_in_cons, Release, 1)
      aie.next_bd ^bb2
    ^bb2:  // pred: ^bb1
      aie.use_lock(%c_in_prod, AcquireGreaterEqual, 1)
      aie.dma_bd(%c_in_1 : memref<64xf32>, 0, 64) {bd_id = 1 : i32, next_bd_id = 0 : i32}
      aie.use_lock(%c_in_cons, Release, 1)
      aie.next_bd ^bb1
    ^bb3:  // pred: ^bb0
      %1 = aie.dma_start(S2MM, 1, ^bb4, ^bb6)
    ^bb4:
      aie.use_lock(%p_prod, AcquireGreaterEqual, 1)
      aie.dma_bd(%p_0 : memref<64xf32>, 0, 64)
      aie.use_lock(%p_cons, Release, 1)
      aie.next_bd ^bb5
    ^bb5:
      aie.use_lock(%p_prod, AcquireGreaterEqual, 1)
      aie.dma_bd(%p_1 : memref<64xf32>, 0, 64)
      aie.use_lock(%p_cons, Release, 1)
      aie.next_bd ^bb4
    ^bb6:
      %2 = aie.dma_start(MM2S, 0, ^bb7, ^bb9)
    ^bb7:
      aie.use_lock(%c_out_cons, AcquireGreaterEqual, 1)
      aie.dma_bd(%c_out_0 : memref<64xf32>, 0, 64)
      aie.use_lock(%c_out_prod, Release, 1)
      aie.next_bd ^bb8
    ^bb8:
      aie.use_lock(%c_out_cons, AcquireGreaterEqual, 1)
      aie.dma_bd(%c_out_1 : memref<64xf32>, 0, 64)
      aie.use_lock(%c_out_prod, Release, 1)
      aie.next_bd ^bb7
    ^bb9:
      aie.end
    }
    SEQUENCE
  }
}
