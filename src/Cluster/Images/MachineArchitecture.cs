using System.Runtime.InteropServices;

namespace Navarch.Cluster.Images;

public static class MachineArchitecture
{
    /// <summary>The processor of this machine, not that of the process, which may be emulated.</summary>
    public static Architecture Current => RuntimeInformation.OSArchitecture;
}
