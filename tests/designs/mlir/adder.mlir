module {
  aie.device(npu1_1col) {
    func.func private @linear_accumulate_float32(memref<64xf32>, memref<64xf32>, memref<64xf32>, i32)
    %shim = aie.tile(0, 0)
    %core = aie.tile(0, 2)
    aie.objectfifo @C_in(%shim, {%core}, 2 : i32) : !aie.objectfifo<memref<64xf32>>
    aie.objectfifo @P(%shim, {%core}, 2 : i32) : !aie.objectfifo<memref<64xf32>>
    aie.objectfifo @C_out(%core, {%shim}, 2 : i32) : !aie.objectfifo<memref<64xf32>>
    %it = aie.core(%core) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = arith.constant 64 : i32
      %forever = arith.constant 4294967295 : index
      scf.for %i = %c0 to %forever step %c1 {
        %0 = aie.objectfifo.acquire @C_in(Consume, 1) : !aie.objectfifosubview<memref<64xf32>>
        %1 = aie.objectfifo.acquire @P(Consume, 1) : !aie.objectfifosubview<memref<64xf32>>
        %2 = aie.objectfifo.acquire @C_out(Produce, 1) : !aie.objectfifosubview<memref<64xf32>>
        %a = aie.objectfifo.subview.access %0[0] : !aie.objectfifosubview<memref<64xf32>> -> memref<64xf32>
        %b = aie.objectfifo.subview.access %1[0] : !aie.objectfifosubview<memref<64xf32>> -> memref<64xf32>
        %c = aie.objectfifo.subview.access %2[0] : !aie.objectfifosubview<memref<64xf32>> -> memref<64xf32>
        func.call @linear_accumulate_float32(%a, %b, %c, %n) : (memref<64xf32>, memref<64xf32>, memref<64xf32>, i32) -> ()
        aie.objectfifo.release @C_in(Consume, 1)
        aie.objectfifo.release @P(Consume, 1)
        aie.objectfifo.release @C_out(Produce, 1)
      }
      aie.end
    } {link_with = "adder.o"}
    SEQUENCE
  }
}
