using System.Buffers.Text;
using System.Text;
using Navarch.ApiServer.WatchCache;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Handlers;

/// <summary>Where a paged list goes on: after which key, at which revision.</summary>
/// <param name="Revision">-1: at whatever is newest, the snapshot being gone.</param>
internal readonly record struct ContinueToken(long Revision, string After)
{
    private const int LengthMax = 2048;

    public static ContinueToken Parse(string text)
    {
        if (text.Length <= LengthMax && Base64Url.IsValid(text))
        {
            var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)).Split('\n');
            if (parts is ["1", var revision, var after] && long.TryParse(revision, System.Globalization.CultureInfo.InvariantCulture, out var number) && number is -1 or > 0)
            {
                return new ContinueToken(number, after);
            }
        }

        throw StatusErrors.BadRequest("continue key is not valid: it is not a token of this server").AsException();
    }

    public override string ToString() => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"1\n{Revisions.Text(Revision)}\n{After}"));
}
