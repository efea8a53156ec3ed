using System.Globalization;
using System.Text;
using Navarch.Api;
using Navarch.Api.ApiExtensions.V1;
using Navarch.Api.Json;

namespace Navarch.Testing;

/// <summary>
/// Random values of API types as JSON, made from their schema. Everything a type allows can come: absent fields, nulls, empty
/// lists, extreme numbers, text in any script. One seed gives one value, always.
/// </summary>
public sealed class RandomApi(Random random)
{
    private const int DepthMax = 9;

    private static readonly string[] Texts =
    [
        "", "a", "web", "x-1", "example.com/name", "UPPER", "with space", " padded ", "10.0.0.1", "fd00::1", "10.0.0.0/8", "/abs/path", "../up", "a/../b", "50%",
        "100%", "-1", "None", "Always", "TCP", "In", "Exists", "metadata.name", "limits.cpu", "v1", "apps/v1", "\"quoted\"", "back\\slash", "new\nline", "<&>\u2028",
        "ünïcode", "日本", "😀", "*.example.com", "localhost", "a.b.c", "kubernetes.io/x", "99999999999999999999", "0x10", "\t", "\u0001", "https://example.com/x?y=z",
    ];

    private static readonly string[] Quantities = ["0", "1", "-1", "100m", "1.5", "1Gi", "512Mi", "2e3", "1n", "123456789", "0.5Ki", "9223372036854775807", "1E"];
    private static readonly string[] Durations = ["0s", "1s", "1h30m0s", "100ms", "-5s"];
    private static readonly string[] Keys = ["a", "cpu", "memory", "storage", "app", "tier", "example.com/gpu", "hugepages-2Mi", "pods", "kubernetes.io/metadata.name", "key.with.dots", "", "Ü"];
    private static readonly long[] Numbers = [0, 1, -1, 2, 80, 443, 30000, 65535, 65536, 100, 511, 1000, int.MaxValue, int.MinValue];

    /// <summary>An object of the type, without kind and apiVersion.</summary>
    public byte[] Value(Schema schema)
    {
        var writer = new ApiWriter();
        Write(writer, schema, 0);
        return writer.ToArray();
    }

    /// <summary>Any JSON value.</summary>
    public byte[] Anything()
    {
        var writer = new ApiWriter();
        WriteAnything(writer, 0);
        return writer.ToArray();
    }

    /// <summary>The text with a few bytes changed, cut or doubled.</summary>
    public byte[] Damaged(ReadOnlySpan<byte> good)
    {
        var bytes = good.ToArray().ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, "{}[]\",:0n\\"u8[random.Next(10)]);
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(random.Next(8), bytes.Count - at));
                    break;
            }
        }

        return [.. bytes];
    }

    private void Write(ApiWriter writer, Schema type, int depth)
    {
        switch (type.Kind)
        {
            case SchemaKind.Object:
                WriteObject(writer, type, depth);
                break;
            case SchemaKind.Map:
                writer.BeginObject();
                foreach (var key in Keys.Where(_ => random.Next(depth + 4) == 0))
                {
                    writer.Key(key);
                    Write(writer, type.Items!, depth + 1);
                }

                writer.EndObject();
                break;
            case SchemaKind.List:
                writer.BeginList();
                for (var i = depth >= DepthMax ? 0 : random.Next(4); i > 0; i--)
                {
                    writer.Element();
                    Write(writer, type.Items!, depth + 1);
                }

                writer.EndList();
                break;
            case SchemaKind.String:
                writer.String(type.Values.Count > 0 && random.Next(4) > 0 ? type.Values[random.Next(type.Values.Count)] : Text());
                break;
            case SchemaKind.Int32:
                writer.Number(Numbers[random.Next(Numbers.Length)]);
                break;
            case SchemaKind.Int64:
                writer.Number(random.Next(6) == 0 ? (random.Next(2) == 0 ? long.MaxValue : long.MinValue) : Numbers[random.Next(Numbers.Length)]);
                break;
            case SchemaKind.Double:
                writer.Number(Numbers[random.Next(Numbers.Length)] / 4.0);
                break;
            case SchemaKind.Boolean:
                writer.Boolean(random.Next(2) == 0);
                break;
            case SchemaKind.Bytes:
                var bytes = new byte[random.Next(20)];
                random.NextBytes(bytes);
                writer.Bytes(bytes);
                break;
            case SchemaKind.Time:
                writer.Time(Moment());
                break;
            case SchemaKind.MicroTime:
                writer.String(new MicroTime(Moment()).ToString());
                break;
            case SchemaKind.Duration:
                writer.String(Durations[random.Next(Durations.Length)]);
                break;
            case SchemaKind.Quantity:
                writer.String(Quantities[random.Next(Quantities.Length)]);
                break;
            case SchemaKind.IntOrString:
                Write(writer, random.Next(2) == 0 ? Schema.Int32 : Schema.String, depth);
                break;
            case SchemaKind.Any:
                WriteOneForm(writer, type, depth);
                break;
            default:
                writer.BeginObject();
                writer.Key("raw");
                WriteAnything(writer, depth + 4);
                writer.EndObject();
                break;
        }
    }

    private void WriteOneForm(ApiWriter writer, Schema type, int depth)
    {
        var schema = JSONSchemaProps.Schema;
        switch (type.Name[(type.Name.LastIndexOf('.') + 1)..])
        {
            case "JSONSchemaPropsOrBool":
                Write(writer, random.Next(2) == 0 ? Schema.Boolean : schema, depth + 1);
                break;
            case "JSONSchemaPropsOrArray":
                Write(writer, random.Next(2) == 0 ? Schema.ListOf(schema) : schema, depth + 1);
                break;
            case "JSONSchemaPropsOrStringArray":
                Write(writer, random.Next(2) == 0 ? Schema.ListOf(Schema.String) : schema, depth + 1);
                break;
            default:
                WriteAnything(writer, depth + 4);
                break;
        }
    }

    private void WriteObject(ApiWriter writer, Schema type, int depth)
    {
        writer.BeginObject();
        foreach (var field in type.Fields)
        {
            // Deep down there is less and less, so that values of types that hold themselves end.
            if (depth >= DepthMax || random.Next(10) >= Math.Max(1, 7 - depth))
            {
                continue;
            }

            writer.Key(field.Name);
            if (random.Next(25) == 0)
            {
                writer.Null();
            }
            else
            {
                Write(writer, field.Type, depth + 1);
            }
        }

        writer.EndObject();
    }

    private void WriteAnything(ApiWriter writer, int depth)
    {
        switch (random.Next(depth > 8 ? 5 : 7))
        {
            case 0:
                writer.Null();
                break;
            case 1:
                writer.Boolean(random.Next(2) == 0);
                break;
            case 2:
                writer.Raw(Encoding.UTF8.GetBytes(random.Next(4) switch { 0 => "1.5e300", 1 => "-0", 2 => "12345678901234567890", _ => Numbers[random.Next(Numbers.Length)].ToString(CultureInfo.InvariantCulture) }));
                break;
            case 3 or 4:
                writer.String(Text());
                break;
            case 5:
                writer.BeginList();
                for (var i = random.Next(4); i > 0; i--)
                {
                    writer.Element();
                    WriteAnything(writer, depth + 1);
                }

                writer.EndList();
                break;
            default:
                writer.BeginObject();
                foreach (var key in Keys.Where(_ => random.Next(4) == 0))
                {
                    writer.Key(key);
                    WriteAnything(writer, depth + 1);
                }

                writer.EndObject();
                break;
        }
    }

    private string Text()
    {
        if (random.Next(8) > 0)
        {
            return Texts[random.Next(Texts.Length)];
        }

        var length = random.Next(8) == 0 ? 300 : random.Next(12);
        return string.Concat(Enumerable.Range(0, length).Select(_ => (char)random.Next(0x20, 0x17f)));
    }

    private DateTimeOffset Moment() => new(new DateTime(1, 1, 2, 0, 0, 0, DateTimeKind.Utc).AddSeconds(random.NextInt64(0, 9998L * 365 * 86400)).AddMicroseconds(random.Next(1_000_000)), TimeSpan.Zero);
}
