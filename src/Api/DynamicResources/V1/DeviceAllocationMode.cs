namespace Navarch.Api.DynamicResources.V1;

/// <summary>The values of a DeviceAllocationMode.</summary>
public static class DeviceAllocationMode
{
    public const string All = "All";
    public const string ExactCount = "ExactCount";
}
