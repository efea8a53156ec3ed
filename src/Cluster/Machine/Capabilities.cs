using System.Globalization;

namespace Navarch.Cluster.Machine;

/// <summary>What the kernel lets this process do (capabilities(7)). Inside virtual machines and containers root is often less than root.</summary>
internal static class Capabilities
{
    public const int NetAdmin = 12;
    public const int SysAdmin = 21;
    public const int SysResource = 24;

    public static bool Has(int capability)
    {
        const string Effective = "CapEff:";
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(Effective, StringComparison.Ordinal));
        var mask = ulong.Parse(line[Effective.Length..].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return (mask >> capability & 1) != 0;
    }
}
