namespace Navarch.Api.Json;

/// <summary>JSON of whole values.</summary>
public static class ApiJson
{
    /// <summary>Reads one value; unknown and doubled fields are ignored.</summary>
    /// <exception cref="ApiJsonException">The JSON is malformed or does not fit.</exception>
    public static T Parse<T>(ReadOnlySpan<byte> utf8) where T : IApiType<T>
    {
        var reader = new ApiReader(utf8);
        reader.Start();
        var value = T.Read(ref reader);
        reader.End();
        return value;
    }

    /// <summary>Reads one value that somebody sent, its defaults filled in.</summary>
    /// <param name="problems">Unknown and doubled fields, by their paths.</param>
    /// <exception cref="ApiJsonException">The JSON is malformed or does not fit.</exception>
    public static T ParseWithDefaults<T>(ReadOnlySpan<byte> utf8, out IReadOnlyList<string> problems) where T : IApiType<T>
    {
        var reader = new ApiReader(utf8, applyDefaults: true);
        reader.Start();
        var value = T.Read(ref reader);
        reader.End();
        problems = reader.Problems;
        return value;
    }

    /// <summary>The object with kind and apiVersion.</summary>
    public static byte[] ToUtf8(IApiObject value)
    {
        var writer = new ApiWriter();
        value.WriteObject(writer);
        return writer.ToArray();
    }

    /// <summary>The value alone, without kind and apiVersion.</summary>
    public static byte[] FieldsToUtf8<T>(IApiType<T> value) where T : IApiType<T>
    {
        var writer = new ApiWriter();
        value.Write(writer);
        return writer.ToArray();
    }
}
