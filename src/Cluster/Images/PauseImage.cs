using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Navarch.Cluster.Images;

/// <summary>
/// The image whose only process holds a pod's namespaces open. It is 200 bytes of machine code in an ELF header, written
/// out here: nothing has to be downloaded or compiled before a first pod can run.
/// </summary>
public static class PauseImage
{
    public const string Name = "localhost/navarch/pause:1";

    private const int ElfHeaderBytes = 64;
    private const int ProgramHeaderBytes = 56;
    private const ulong LoadAddress = 0x400000;

    private const ushort MachineX64 = 62;
    private const ushort MachineArm64 = 183;

    public static OciImage Image(Architecture architecture) => new()
    {
        Name = Name,
        Architecture = architecture,
        Entries = [ImageEntry.Executable("/pause", Program(architecture))],
        Entrypoint = ["/pause"],
        User = "65535:65535",
    };

    /// <summary>A complete static executable.</summary>
    /// <exception cref="ClusterException">There is no such program for this processor.</exception>
    internal static byte[] Program(Architecture architecture)
    {
        var machine = architecture switch
        {
            Architecture.X64 => MachineX64,
            Architecture.Arm64 => MachineArm64,
            _ => throw new ClusterException($"Navarch does not run on {architecture} processors", "use an x86-64 or arm64 machine"),
        };
        var code = machine == MachineX64 ? X64 : Arm64;
        const int CodeOffset = ElfHeaderBytes + ProgramHeaderBytes;
        var elf = new byte[CodeOffset + code.Length];

        // elf(5), ELFCLASS64, little-endian, ET_EXEC.
        "\x7F"u8.CopyTo(elf);
        "ELF"u8.CopyTo(elf.AsSpan(1));
        (elf[4], elf[5], elf[6]) = (2, 1, 1);
        U16(elf, 16, 2);
        U16(elf, 18, machine);
        U32(elf, 20, 1);
        U64(elf, 24, LoadAddress + CodeOffset); // e_entry
        U64(elf, 32, ElfHeaderBytes); // e_phoff
        U16(elf, 52, ElfHeaderBytes);
        U16(elf, 54, ProgramHeaderBytes);
        U16(elf, 56, 1); // e_phnum

        // One segment: the whole file, readable and executable.
        U32(elf, 64, 1);
        U32(elf, 68, 5);
        U64(elf, 80, LoadAddress);
        U64(elf, 88, LoadAddress);
        U64(elf, 96, (ulong)elf.Length);
        U64(elf, 104, (ulong)elf.Length);
        U64(elf, 112, 0x10000); // Alignment: the largest page size of either processor.
        code.CopyTo(elf.AsSpan(CodeOffset));
        return elf;
    }

    // Both programs do the same. SIGINT, SIGTERM and SIGCHLD are blocked and waited for: process 1 of a PID namespace gets
    // no signal that it has neither blocked nor handled. SIGCHLD reaps every orphan of a pod that shares its PID
    // namespace; the other two end the program.
    private static ReadOnlySpan<byte> X64 =>
    [
        0x68, 0x02, 0x40, 0x01, 0x00,       //        push $0x14002          SIGINT | SIGTERM | SIGCHLD
        0x48, 0x89, 0xE6,                   //        mov  %rsp, %rsi
        0x31, 0xFF,                         //        xor  %edi, %edi        SIG_BLOCK
        0x31, 0xD2,                         //        xor  %edx, %edx
        0x6A, 0x08, 0x41, 0x5A,             //        mov  $8, %r10          size of the set
        0x48, 0x89, 0xF3,                   //        mov  %rsi, %rbx
        0x6A, 0x0E, 0x58, 0x0F, 0x05,       //        rt_sigprocmask
        0x48, 0x89, 0xDF,                   // wait:  mov  %rbx, %rdi
        0x31, 0xF6,                         //        xor  %esi, %esi
        0x31, 0xD2,                         //        xor  %edx, %edx        no timeout
        0x6A, 0x08, 0x41, 0x5A,             //        mov  $8, %r10
        0xB8, 0x80, 0x00, 0x00, 0x00, 0x0F, 0x05, //  rt_sigtimedwait
        0x83, 0xF8, 0x11,                   //        cmp  $17, %eax         SIGCHLD
        0x75, 0x16,                         //        jne  other
        0x6A, 0xFF, 0x5F,                   // reap:  mov  $-1, %rdi
        0x31, 0xF6,                         //        xor  %esi, %esi
        0x6A, 0x01, 0x5A,                   //        mov  $1, %rdx          WNOHANG
        0x45, 0x31, 0xD2,                   //        xor  %r10d, %r10d
        0x6A, 0x3D, 0x58, 0x0F, 0x05,       //        wait4
        0x85, 0xC0, 0x7F, 0xEC,             //        jg   reap
        0xEB, 0xD3,                         //        jmp  wait
        0x85, 0xC0, 0x78, 0xCF,             // other: js   wait              interrupted
        0x31, 0xFF,                         //        xor  %edi, %edi
        0x6A, 0x3C, 0x58, 0x0F, 0x05,       //        exit
    ];

    private static ReadOnlySpan<byte> Arm64 =>
    [
        0x49, 0x00, 0x88, 0xD2, 0x29, 0x00, 0xA0, 0xF2, //        mov  x9, #0x14002
        0xE9, 0x0F, 0x1F, 0xF8,                         //        str  x9, [sp, #-16]!
        0x00, 0x00, 0x80, 0xD2, 0xE1, 0x03, 0x00, 0x91, //        mov  x0, #0; mov x1, sp
        0x02, 0x00, 0x80, 0xD2, 0x03, 0x01, 0x80, 0xD2, //        mov  x2, #0; mov x3, #8
        0xE8, 0x10, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, //        rt_sigprocmask
        0xE0, 0x03, 0x00, 0x91, 0x01, 0x00, 0x80, 0xD2, // wait:  mov  x0, sp; mov x1, #0
        0x02, 0x00, 0x80, 0xD2, 0x03, 0x01, 0x80, 0xD2, //        mov  x2, #0; mov x3, #8
        0x28, 0x11, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, //        rt_sigtimedwait
        0x1F, 0x44, 0x00, 0x71, 0x41, 0x01, 0x00, 0x54, //        cmp  w0, #17; b.ne other
        0x00, 0x00, 0x80, 0x92, 0x01, 0x00, 0x80, 0xD2, // reap:  mov  x0, #-1; mov x1, #0
        0x22, 0x00, 0x80, 0xD2, 0x03, 0x00, 0x80, 0xD2, //        mov  x2, #1; mov x3, #0
        0x88, 0x20, 0x80, 0xD2, 0x01, 0x00, 0x00, 0xD4, //        wait4
        0x1F, 0x00, 0x00, 0x71, 0x2C, 0xFF, 0xFF, 0x54, //        cmp  w0, #0; b.gt reap
        0xF0, 0xFF, 0xFF, 0x17,                         //        b    wait
        0xE0, 0xFD, 0xFF, 0x37,                         // other: tbnz w0, #31, wait
        0x00, 0x00, 0x80, 0xD2, 0xA8, 0x0B, 0x80, 0xD2, //        mov  x0, #0; mov x8, #93
        0x01, 0x00, 0x00, 0xD4,                         //        exit
    ];

    private static void U16(byte[] elf, int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(offset), value);

    private static void U32(byte[] elf, int offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(offset), value);

    private static void U64(byte[] elf, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(offset), value);
}
