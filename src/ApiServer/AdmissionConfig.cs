using Navarch.ApiServer.Admission;

namespace Navarch.ApiServer;

/// <summary>Which admission plugins run beside those that run by default.</summary>
public sealed record AdmissionConfig
{
    public static readonly AdmissionConfig Default = new();

    /// <summary>All plugins there are.</summary>
    public static IReadOnlyList<string> Names => AdmissionPlugins.Names;

    /// <summary>Names of plugins that are off by default, such as <c>AlwaysPullImages</c>.</summary>
    public IReadOnlyList<string> Enabled { get; init; } = [];

    /// <summary>Names of plugins that are on by default. Wins over <see cref="Enabled"/>.</summary>
    public IReadOnlyList<string> Disabled { get; init; } = [];

    /// <summary>Where operators say more of single plugins (apiserver.config.k8s.io/v1 AdmissionConfiguration); empty for nowhere.</summary>
    public string ConfigFile { get; init; } = "";
}
