namespace Navarch.Api.Core.V1;

/// <summary>The values of a PodQOSClass.</summary>
public static class PodQOSClass
{
    public const string PodQOSBestEffort = "BestEffort";
    public const string PodQOSBurstable = "Burstable";
    public const string PodQOSGuaranteed = "Guaranteed";
}
