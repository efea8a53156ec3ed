namespace Navarch.Api.Core.V1;

/// <summary>The values of a TerminationMessagePolicy.</summary>
public static class TerminationMessagePolicy
{
    public const string TerminationMessageFallbackToLogsOnError = "FallbackToLogsOnError";
    public const string TerminationMessageReadFile = "File";
}
