using System.Globalization;

namespace Navarch.Machinery.Errors;

/// <summary>One broken rule of an object: the path of the field and what is wrong, in the form people and tools know.</summary>
/// <param name="Reason">Cause type in a Status, such as <c>FieldValueInvalid</c>.</param>
/// <param name="Field">Path, such as <c>spec.containers[0].image</c>.</param>
/// <param name="Message">Body, such as <c>Invalid value: -1: must be greater than or equal to 0</c>.</param>
public sealed record FieldError(string Reason, string Field, string Message)
{
    public override string ToString() => $"{Field}: {Message}";
}

/// <summary>Collects the broken rules of one object, in the order they are found.</summary>
public sealed class FieldErrors
{
    private readonly List<FieldError> errors = [];

    public IReadOnlyList<FieldError> All => errors;

    public bool Any => errors.Count > 0;

    public void Required(string field, string detail = "") =>
        Add("FieldValueRequired", field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    /// <param name="value">Strings are quoted, numbers and booleans plain; anything else must already be JSON text in a <see cref="RawValue"/>.</param>
    public void Invalid(string field, object? value, string detail) =>
        Add("FieldValueInvalid", field, $"Invalid value: {Shown(value)}: {detail}");

    public void NotSupported(string field, object? value, IEnumerable<string> supported) =>
        Add("FieldValueNotSupported", field, $"Unsupported value: {Shown(value)}: supported values: {string.Join(", ", supported.Order(StringComparer.Ordinal).Select(s => $"\"{s}\""))}");

    public void Duplicate(string field, object? value) => Add("FieldValueDuplicate", field, $"Duplicate value: {Shown(value)}");

    public void NotFound(string field, object? value) => Add("FieldValueNotFound", field, $"Not found: {Shown(value)}");

    public void Forbidden(string field, string detail) => Add("FieldValueForbidden", field, $"Forbidden: {detail}");

    public void TooLong(string field, int bytesMax) =>
        Add("FieldValueTooLong", field, string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {bytesMax} bytes"));

    public void TooMany(string field, int count, int countMax) =>
        Add("FieldValueTooMany", field, string.Create(CultureInfo.InvariantCulture, $"Too many: {count}: must have at most {countMax} items"));

    public void Add(string reason, string field, string message) => errors.Add(new FieldError(reason, field, message));

    private static string Shown(object? value) => value switch
    {
        null => "null",
        string text => System.Text.Json.JsonSerializer.Serialize(text, Quoting),
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    // Only for the quoting of one string; objects never pass through this serializer.
    private static readonly System.Text.Json.JsonSerializerOptions Quoting = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}

/// <summary>A value that is shown in an error as the JSON text it is.</summary>
public sealed record RawValue(string Json)
{
    public override string ToString() => Json;
}
