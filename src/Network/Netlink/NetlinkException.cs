using System.Runtime.InteropServices;

namespace Navarch.Network.Netlink;

/// <summary>The kernel refused a request. <see cref="Error"/> is the errno, <see cref="Exception.Message"/> says of what.</summary>
public sealed class NetlinkException(int error, string what)
    : IOException($"{what}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})")
{
    public const int NoPermission = 1;
    public const int NoEntry = 2;
    public const int Exists = 17;
    public const int NoDevice = 19;
    public const int NoProcess = 3;
    public const int NotSupported = 95;
    public const int ProtocolNotSupported = 93;

    public int Error { get; } = error;
}
