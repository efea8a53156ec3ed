using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Navarch.Kubelet.Kernel;

/// <summary>What those need who work with descriptors instead of paths: flags of <c>openat</c>, and the numbers of handles.</summary>
internal static class Descriptors
{
    /// <summary>In place of a directory: paths are taken from the current one, or are absolute.</summary>
    public const int CurrentDirectory = -100;

    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    // Arm has numbers of its own for these two; there, those of x86 mean something else.
    public static readonly int DirectoryOnly = IsArm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = IsArm ? 0x8000 : 0x20000;

    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    public static int Fd(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
