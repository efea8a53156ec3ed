using Navarch.Api;
using Navarch.Api.DynamicResources.V1;

namespace Navarch.Machinery.Quotas;

/// <summary>Claims of devices count one by one, and use as many devices of each class as they may get at most.</summary>
internal sealed class DeviceClaimQuotaRule : QuotaRule
{
    public static readonly DeviceClaimQuotaRule Instance = new();

    private const string Claims = "count/resourceclaims.resource.k8s.io";
    private const string OfClass = ".deviceclass.resource.k8s.io/devices";

    // Who asks for all devices of a node gets no more: an allocation cannot hold them.
    private const long DevicesMax = 32;

    private static readonly Quantity One = new(1);

    private DeviceClaimQuotaRule()
    {
    }

    public override bool Tracks(string name) => name == Claims || name.EndsWith(OfClass, StringComparison.Ordinal);

    public override Map<Quantity> Usage(IResource value, DateTimeOffset now)
    {
        var devices = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var request in ((ResourceClaim)value).Spec.Devices.Requests)
        {
            // Of what would do, one is chosen later: of each class it may be the greediest.
            var choices = request.Exactly is { } exactly
                ? [(Class: exactly.DeviceClassName, Count: CountOf(exactly.AllocationMode, exactly.Count))]
                : request.FirstAvailable.Select(static one => (Class: one.DeviceClassName, Count: CountOf(one.AllocationMode, one.Count)));
            foreach (var choice in choices.GroupBy(static one => one.Class, static one => one.Count))
            {
                devices[choice.Key] = devices.GetValueOrDefault(choice.Key) + choice.Max();
            }
        }

        Map<Quantity> usage = [new(Claims, One)];
        foreach (var (name, count) in devices)
        {
            usage = usage.With(name + OfClass, new Quantity(count));
        }

        return usage;
    }

    private static long CountOf(string mode, long count) => mode switch
    {
        DeviceAllocationMode.All => DevicesMax,
        DeviceAllocationMode.ExactCount or "" => Math.Max(count, 1),
        _ => 0,
    };
}
