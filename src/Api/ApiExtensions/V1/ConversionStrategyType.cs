namespace Navarch.Api.ApiExtensions.V1;

/// <summary>The known values of a ConversionStrategyType.</summary>
public static class ConversionStrategyType
{
    public const string NoneConverter = "None";
    public const string WebhookConverter = "Webhook";
}
