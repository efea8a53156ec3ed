using System.Text;
using System.Text.Json;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;
using Navarch.Machinery.Tokens;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Something that few may read. Its values never appear in an error.</summary>
public sealed class SecretResource : Resource<Secret>
{
    private const int BytesMax = 1024 * 1024;

    public override IReadOnlyList<Column<Secret>> Columns { get; } =
    [
        Columns<Secret>.Name,
        Columns<Secret>.Text("Type", static value => value.Type),
        Columns<Secret>.Count("Data", static value => value.Data.Count),
        Columns<Secret>.Age,
    ];

    public override IReadOnlyDictionary<string, Func<Secret, string>> SelectableFields { get; } = new Dictionary<string, Func<Secret, string>>
    {
        ["type"] = static value => value.Type,
    };

    /// <summary>Text given in place of bytes is stored as bytes, and wins over them.</summary>
    public override Secret Default(Secret value)
    {
        if (value.StringData.Count > 0)
        {
            var given = value.StringData.Select(static entry => KeyValuePair.Create<string, ReadOnlyMemory<byte>>(entry.Key, Encoding.UTF8.GetBytes(entry.Value))).ToList();
            value = value with { Data = value.Data.WithAll(given), StringData = [] };
        }

        return value.Type.Length == 0 ? value with { Type = SecretType.Opaque } : value;
    }

    public override Secret PrepareForUpdate(Secret value, Secret old, WriteContext context) => value.Type.Length == 0 ? value with { Type = old.Type } : value;

    public override void Validate(Secret value, FieldErrors errors)
    {
        var data = FieldPath.Of("data");
        long bytes = 0;
        foreach (var (key, content) in value.Data)
        {
            errors.ConfigKey(data[key], key);
            bytes += content.Length;
        }

        if (bytes > BytesMax)
        {
            errors.TooLong(data, BytesMax);
        }

        switch (value.Type)
        {
            case SecretType.ServiceAccountToken:
                if (string.IsNullOrEmpty(value.Metadata.Annotations.Find(TokenSecrets.AccountName)))
                {
                    errors.Required((FieldPath.Of("metadata") / "annotations")[TokenSecrets.AccountName]);
                }

                break;
            case SecretType.Dockercfg:
                Json(value, ".dockercfg", errors);
                break;
            case SecretType.DockerConfigJson:
                Json(value, ".dockerconfigjson", errors);
                break;
            case SecretType.BasicAuth:
                if (!value.Data.ContainsKey("username") && !value.Data.ContainsKey("password"))
                {
                    errors.Required(data["username"]);
                    errors.Required(data["password"]);
                }

                break;
            case SecretType.SSHAuth:
                if (value.Data.Find("ssh-privatekey").Length == 0)
                {
                    errors.Required(data["ssh-privatekey"]);
                }

                break;
            case SecretType.TLS:
                Key("tls.crt");
                Key("tls.key");
                break;
            default:
                break;
        }

        void Key(string key)
        {
            if (!value.Data.ContainsKey(key))
            {
                errors.Required(data[key]);
            }
        }
    }

    public override void ValidateUpdate(Secret value, Secret old, FieldErrors errors)
    {
        errors.Unchanged(FieldPath.Of("type"), value.Type, old.Type, static type => type);
        if (old.Immutable != true)
        {
            return;
        }

        const string Why = "field is immutable when `immutable` is set";
        if (value.Immutable != true)
        {
            errors.Forbidden("immutable", Why);
        }

        if (!value.Data.Equals(old.Data))
        {
            errors.Forbidden("data", Why);
        }
    }

    private static void Json(Secret value, string key, FieldErrors errors)
    {
        var path = FieldPath.Of("data")[key];
        if (!value.Data.TryGetValue(key, out var content))
        {
            errors.Required(path);
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
        }
        catch (JsonException)
        {
            errors.Invalid(path, "<secret contents redacted>", "is not valid JSON");
        }
    }
}
