using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace Navarch.ApiServer.Audit;

/// <summary>The address of a request as it may be written down: clients put tokens into addresses of what they reach through the proxy.</summary>
internal static partial class MaskedUri
{
    private const string Mask = "***";

    public static string Of(HttpRequest request)
    {
        var path = request.Path.ToUriComponent();
        var query = request.QueryString.ToUriComponent();
        if (query.Length > 0)
        {
            query = Parameter.Replace(query, "$1" + Mask);
        }

        return Token.Replace(path, Mask) + Token.Replace(query, Mask);
    }

    [GeneratedRegex(@"([?&](?:access_token|id_token|refresh_token|token|password|passwd|secret|client_secret|api_key|apikey|authorization|bearer|signature|sig)=)[^&#]*", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Parameter { get; }

    // A JSON Web Token: what begins with a brace and a quote begins so in base64.
    [GeneratedRegex(@"eyJ[\w-]+\.[\w-]+\.[\w-]*", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Token { get; }
}
