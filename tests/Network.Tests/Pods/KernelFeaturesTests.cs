using System.Runtime.InteropServices;
using Navarch.Network.Pods;

namespace Navarch.Network.Tests.Pods;

public sealed partial class KernelFeaturesTests
{
    [Fact]
    public void Without_the_right_to_change_the_network_it_says_what_to_do()
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            DropCapabilities();
            failure = Record.Exception(() => KernelFeatures.Check());
        });
        thread.Start();
        thread.Join();

        Assert.Contains("Run it as root", Assert.IsType<PodNetworkException>(failure).Message);
    }

    // Of the calling thread alone, which ends with them.
    private static void DropCapabilities() =>
        Assert.Equal(0, SetCapabilities([0x20080522, 0], [0, 0, 0, 0, 0, 0]));

    [LibraryImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static partial int SetCapabilities(ReadOnlySpan<uint> header, ReadOnlySpan<uint> data);
}
