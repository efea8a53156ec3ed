using System.Globalization;
using Navarch.Api.Meta.V1;

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
    // An object of megabytes that is wrong everywhere must not become an answer of megabytes.
    private const int CountMax = 1000;
    private const int TextMax = 1 << 20;

    private readonly List<FieldError> errors = [];
    private int text;

    public IReadOnlyList<FieldError> All => errors;

    public bool Any => errors.Count > 0;

    /// <summary>Enough has been said. Some errors show all of a list for each of its items: nothing more is put into words.</summary>
    private bool IsFull => errors.Count >= CountMax || text >= TextMax;

    public void Required(string field, string detail = "") =>
        Add(CauseType.FieldValueRequired, field, detail.Length == 0 ? "Required value" : $"Required value: {detail}");

    /// <param name="value">Strings are quoted, numbers and booleans plain; anything else must already be JSON text in a <see cref="RawValue"/>.</param>
    public void Invalid(string field, object? value, string detail)
    {
        if (!IsFull)
        {
            Add(CauseType.FieldValueInvalid, field, detail.Length == 0 ? $"Invalid value: {Shown(value)}" : $"Invalid value: {Shown(value)}: {detail}");
        }
    }

    /// <summary>As <see cref="Invalid"/>, for a value of the wrong JSON type.</summary>
    public void TypeInvalid(string field, object? value, string detail) =>
        Add(CauseType.TypeInvalid, field, $"Invalid value: {Shown(value)}: {detail}");

    /// <summary>Adds an error if there is a problem; null is none.</summary>
    public void InvalidIf(string? problem, string field, object? value)
    {
        if (problem is not null)
        {
            Invalid(field, value, problem);
        }
    }

    public void NotSupported(string field, object? value, IEnumerable<string> supported)
    {
        if (!IsFull)
        {
            Add(CauseType.FieldValueNotSupported, field, $"Unsupported value: {Shown(value)}: supported values: {string.Join(", ", supported.Order(StringComparer.Ordinal).Select(GoText.Quote))}");
        }
    }

    public void Duplicate(string field, object? value) => Add(CauseType.FieldValueDuplicate, field, $"Duplicate value: {Shown(value)}");

    public void NotFound(string field, object? value) => Add(CauseType.FieldValueNotFound, field, $"Not found: {Shown(value)}");

    public void Forbidden(string field, string detail) => Add(CauseType.Forbidden, field, $"Forbidden: {detail}");

    public void TooLong(string field, int bytesMax) =>
        Add(CauseType.TooLong, field, string.Create(CultureInfo.InvariantCulture, $"Too long: may not be more than {bytesMax} bytes"));

    public void TooMany(string field, int count, int countMax) =>
        Add(CauseType.TooMany, field, string.Create(CultureInfo.InvariantCulture, $"Too many: {count}: must have at most {countMax} items"));

    public void TooFew(string field, int count, int countMin) =>
        Add("FieldValueTooFew", field, string.Create(CultureInfo.InvariantCulture, $"Too few: {count}: must have at least {countMin} items"));

    public void TooShort(string field, int lengthMin) =>
        Add("FieldValueTooShort", field, string.Create(CultureInfo.InvariantCulture, $"Too short: must be at least {lengthMin} characters"));

    public void Internal(string field, string detail) => Add(CauseType.Internal, field, $"Internal error: {detail}");

    public void Add(string reason, string field, string message)
    {
        if (!IsFull)
        {
            errors.Add(new FieldError(reason, field, message));
            text += field.Length + message.Length;
        }
    }

    public void AddRange(IEnumerable<FieldError> found)
    {
        foreach (var error in found)
        {
            Add(error.Reason, error.Field, error.Message);
        }
    }

    private static string Shown(object? value) => value switch
    {
        null => "null",
        string text => GoText.Quote(text),
        bool flag => flag ? "true" : "false",
        Api.IntOrString { IsString: true } text => GoText.Quote(text.Text),
        Api.Quantity quantity => GoText.Quote(quantity.ToString()),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}

/// <summary>A value that is shown in an error as the JSON text it is.</summary>
public sealed record RawValue(string Json)
{
    /// <summary>The JSON of an API value.</summary>
    public static RawValue Of<T>(Api.IApiType<T>? value) where T : Api.IApiType<T> =>
        new(value is null ? "null" : System.Text.Encoding.UTF8.GetString(Api.Json.ApiJson.FieldsToUtf8(value)));

    /// <summary>The JSON of a list of strings.</summary>
    public static RawValue Of(IEnumerable<string> values) => new($"[{string.Join(',', values.Select(GoText.Quote))}]");

    /// <summary>The JSON of a map of strings; an empty one is absent, hence <c>null</c>.</summary>
    public static RawValue Of(Api.Map<string> values) =>
        new(values.Count == 0 ? "null" : $"{{{string.Join(',', values.Select(entry => $"{GoText.Quote(entry.Key)}:{GoText.Quote(entry.Value)}"))}}}");

    public override string ToString() => Json;
}
