// Words of older releases: a walk as toStream, a packet's number in an operation of its own; and an
// instruction that the controller may be interrupted at.
module {
  aie.device(npu1) {
    %shim = aie.tile(0, 0)
    %mem = aie.tile(0, 1)
    %core = aie.tile(0, 2)
    aie.objectfifo @in(%shim, {%mem}, 1 : i32) : !aie.objectfifo<memref<4x4xi32>>
    aie.objectfifo @columns(%mem toStream [<size = 4, stride = 1>, <size = 4, stride = 4>], {%core}, 1 : i32) : !aie.objectfifo<memref<16xi32>>
    aie.objectfifo.link [@in] -> [@columns] ()
    %m = aie.buffer(%core) {sym_name = "m"} : memref<16xi32>
    %free = aie.lock(%core, 0) {init = 1 : i32}
    %full = aie.lock(%core, 1) {init = 0 : i32}
    aie.packet_flow(0x3) {
      aie.packet_source<%core, DMA : 0>
      aie.packet_dest<%shim, DMA : 0>
    }
    aie.shim_dma_allocation @out(S2MM, 0, 0)
    %dma_core = aie.mem(%core) {
        %0 = aie.dma_start(MM2S, 0, ^b0, ^end)
      ^b0:
        aie.use_lock(%full, AcquireGreaterEqual, 1)
        aie.dma_bd_packet(0x0, 3)
        aie.dma_bd(%m : memref<16xi32>, 0, 16)
        aie.use_lock(%free, Release, 1)
        aie.next_bd ^b0
      ^end:
        aie.end
    }
    aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      aie.use_lock(%free, AcquireGreaterEqual, 1)
      %x = aie.objectfifo.acquire @columns(Consume, 1) : memref<16xi32>
      scf.for %i = %c0 to %c16 step %c1 {
        %v = memref.load %x[%i] : memref<16xi32>
        memref.store %v, %m[%i] : memref<16xi32>
      }
      aie.objectfifo.release @columns(Consume, 1)
      aie.use_lock(%full, Release, 1)
      aie.end
    }
    aiex.runtime_sequence(%a: memref<16xi32>, %b: memref<16xi32>) {
      aiex.npu.preempt {level = 1 : ui8}
      aiex.npu.dma_memcpy_nd(0, 0, %b[0, 0, 0, 0][1, 1, 1, 16][0, 0, 0, 1]) {id = 0 : i64, metadata = @out} : memref<16xi32>
      aiex.npu.dma_memcpy_nd(0, 0, %a[0, 0, 0, 0][1, 1, 1, 16][0, 0, 0, 1]) {id = 1 : i64, metadata = @in} : memref<16xi32>
      aiex.npu.dma_wait {symbol = @out}
    }
  }
}
