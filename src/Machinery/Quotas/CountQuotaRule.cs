using Navarch.Api;

namespace Navarch.Machinery.Quotas;

/// <summary>Objects of most kinds are counted, no more.</summary>
internal sealed class CountQuotaRule : QuotaRule
{
    private static readonly Quantity One = new(1);

    private readonly Map<Quantity> usage;

    public CountQuotaRule(ResourceType type)
    {
        usage = [new($"count/{type.GroupResource}", One)];
        if (type is { Group: "", Plural: "configmaps" or "secrets" or "resourcequotas" or "replicationcontrollers" })
        {
            usage = usage.With(type.Plural, One); // Counted before there was a form for all kinds.
        }
    }

    public override bool IsCountAlone => true;

    public override bool Tracks(string name) => usage.ContainsKey(name);

    public override Map<Quantity> Usage(IResource value, DateTimeOffset now) => usage;
}
