"""What the processor is, and the most that a core of it can compute.

The rate is that of fused multiply-adds x ← ax + b in registers alone, as many independent ones as keep the units busy.
They are written for LLVM, which makes machine code of them without a compiler at hand; the same loop in C, compiled
for AVX-512, ran at the same rate to 2 %.
"""

import ctypes
import platform
import time
from collections.abc import Callable

from llvmlite import binding as llvm

from .processes import Answer, answer, ready

CHAINS, REPEATS, FLOP = (8, 10, 12), 8, 4e9


def lanes() -> int:
    """Return how many float32 numbers a register holds."""
    features = llvm.get_host_cpu_features()
    return 16 if features.get("avx512f") else 8 if features.get("fma") else 4


def source(width: int, chains: int) -> str:
    """Return a function of (n, a, b), in LLVM's language, that updates `chains` vectors n times."""
    v, each = f"<{width} x float>", range(chains)
    spread = [
        f"%{x}0 = insertelement {v} poison, float %{x}, i32 0\n"
        f"%{x}s = shufflevector {v} %{x}0, {v} poison, <{width} x i32> zeroinitializer"
        for x in "ab"
    ]
    return "\n".join(
        [
            f"declare {v} @llvm.fma.v{width}f32({v}, {v}, {v})",
            "define float @chain(i64 %n, float %a, float %b) {",
            *("entry:", *spread, "br label %loop"),
            *("loop:", "%k = phi i64 [0, %entry], [%next, %loop]"),
            *(f"%x{i} = phi {v} [%bs, %entry], [%y{i}, %loop]" for i in each),
            *(f"%y{i} = call {v} @llvm.fma.v{width}f32({v} %x{i}, {v} %as, {v} %bs)" for i in each),
            *("%next = add i64 %k, 1", "%more = icmp ult i64 %next, %n", "br i1 %more, label %loop, label %end"),
            *("end:", f"%t0 = extractelement {v} %y0, i32 0"),
            # Every chain has a part in the result, or LLVM would leave it out.
            *(f"%s{i} = extractelement {v} %y{i}, i32 0\n%t{i} = fadd float %t{i - 1}, %s{i}" for i in each[1:]),
            *(f"ret float %t{chains - 1}", "}"),
        ]
    )


def rate(width: int, chains: int) -> float:
    """Return the best rate of this core, in FLOP a second, measured while the other cores do the same."""
    cpu, features = llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()
    target = llvm.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=2)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(source(width, chains)), target)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int64, ctypes.c_float, ctypes.c_float)
    function = kind(engine.get_function_address("chain"))
    rounds = int(FLOP / (2 * width * chains))
    ready()
    seconds = [clocked(lambda: function(rounds, 0.999, 0.001)) for _ in range(REPEATS)]
    return 2 * width * chains * rounds / min(seconds)


def clocked(function: Callable) -> float:
    """Return the seconds that a call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def peak() -> Answer:
    """Return the rate of this core, and what it calls itself."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    best = max(rate(lanes(), chains) for chains in CHAINS)
    features = llvm.get_host_cpu_features()
    flags = [flag for flag in ("avx2", "avx512f") if features.get(flag)]
    return {"flops": best, "cpu": llvm.get_host_cpu_name(), "flags": flags, "system": platform.system()}


if __name__ == "__main__":
    answer(peak=peak)
