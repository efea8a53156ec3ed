using System.Globalization;

namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>Fields of objects, values of maps, elements of lists; through optional values, and into them.</summary>
internal static class Fields
{
    public static Step Select(Step operand, string field, bool isOptional) => run =>
    {
        run.Spend(1);
        return operand(run) switch
        {
            CelError error => error,
            CelMap map when !isOptional => map.Find(field) ?? CelError.NoSuchKey(field),
            CelMap map => Optional(map.Find(field)),
            CelOptional optional => Through(optional, field),
            _ => CelError.NoSuchOverload,
        };
    };

    public static Step Has(Step operand, string field) => run => operand(run) switch
    {
        CelError error => error,
        CelMap map => map.Find(field) is CelError error ? error : Values.Box(map.Find(field) is not null),
        CelOptional optional => Through(optional, field) is CelOptional found ? Values.Box(found.Value is not null) : CelError.NoSuchOverload,
        _ => CelError.NoSuchOverload,
    };

    public static Step Index(Step operand, Step index, bool isOptional) => run =>
    {
        run.Spend(1);
        var (container, key) = (operand(run), index(run));
        return container is CelError ? container
            : key is CelError ? key
            : container is CelOptional optional ? Through(optional, key)
            : At(container, key, isOptional);
    };

    private static object Through(CelOptional optional, object key) => optional.Value is null ? optional : At(optional.Value, key, isOptional: true);

    private static object At(object container, object key, bool isOptional)
    {
        switch (container)
        {
            case CelMap map:
                var value = map.Find(key);
                return isOptional ? Optional(value) : value ?? CelError.NoSuchKey(key);
            case CelList list:
                if (Values.AsKey(key) is not long at)
                {
                    return key is ulong or double ? new CelError($"unsupported index value: {Values.Show(key)}") : CelError.NoSuchOverload;
                }

                return at >= 0 && at < list.Count
                    ? isOptional ? new CelOptional(list[(int)at]) : list[(int)at]
                    : isOptional ? CelOptional.None : new CelError(string.Create(CultureInfo.InvariantCulture, $"index out of bounds: {at}"));
            default:
                return CelError.NoSuchOverload;
        }
    }

    private static object Optional(object? value) => value switch
    {
        null => CelOptional.None,
        CelError => value,
        _ => new CelOptional(value),
    };
}
