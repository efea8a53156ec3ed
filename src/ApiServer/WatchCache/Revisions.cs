using System.Globalization;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.WatchCache;

/// <summary>The text form of revisions: what clients know as resourceVersion.</summary>
internal static class Revisions
{
    public static string Text(long revision) => revision.ToString(CultureInfo.InvariantCulture);

    public static bool TryParse(string text, out long revision) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out revision);

    /// <summary>What is said of a text that is no version.</summary>
    public static string Problem(string text) =>
        $"resourceVersion: Invalid value: {GoText.Quote(text)}: strconv.ParseUint: parsing {GoText.Quote(text)}: invalid syntax";
}
