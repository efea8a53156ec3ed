namespace Navarch.Machinery.Cel.Evaluation;

/// <summary>The operators that look at one side first. An error on one side does not count where the other decides.</summary>
internal static class Logic
{
    public static Step And(Step left, Step right) => run =>
    {
        var first = left(run);
        if (first is false)
        {
            return first;
        }

        var second = right(run);
        return second is false || (first is true && second is true) ? second : Failure(first, second);
    };

    public static Step Or(Step left, Step right) => run =>
    {
        var first = left(run);
        if (first is true)
        {
            return first;
        }

        var second = right(run);
        return second is true || (first is false && second is false) ? second : Failure(first, second);
    };

    public static Step Choose(Step condition, Step yes, Step no) => run => condition(run) switch
    {
        true => yes(run),
        false => no(run),
        CelError error => error,
        _ => CelError.NoSuchOverload,
    };

    private static CelError Failure(object first, object second) => first as CelError ?? second as CelError ?? CelError.NoSuchOverload;
}
