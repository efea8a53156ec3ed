using Navarch.ApiServer.Resources.AdmissionRegistration;
using Navarch.Machinery.Cel;
using Navarch.Machinery.Json;

namespace Navarch.ApiServer.Admission.Expressions;

/// <summary>Evaluates the expressions of one webhook or policy about one request, all out of one budget.</summary>
internal sealed class Evaluation(CelBudget budget, RequestAuthorizer authorizer)
{
    /// <summary>What is said where the budget is gone.</summary>
    public const string OutOfBudget = "validation failed due to running out of cost budget, no further validation rules will be run";

    /// <summary>The value; or a <see cref="CelError"/>, that names the expression.</summary>
    /// <exception cref="CelBudgetException">The budget of all of them is gone.</exception>
    public async ValueTask<object> RunAsync(Expression expression, object?[] values, CancellationToken ct)
    {
        if (expression.Program is not { } program)
        {
            return new CelError("compilation error: " + expression.Problem);
        }

        while (true)
        {
            object value;
            try
            {
                value = program.Evaluate(values, budget);
            }
            catch (RequestAuthorizer.PendingException)
            {
                await authorizer.WaitAsync(ct);
                continue;
            }
            catch (CelBudgetException e) when (!budget.IsSpent)
            {
                value = new CelError(e.Message);
            }

            return value is CelError error ? new CelError($"expression '{expression.Text}' resulted in error: {error.Message}") : value;
        }
    }

    /// <summary>The values of all variables. Expressions that have names are evaluated when they are first asked for, and once.</summary>
    /// <param name="parameters">The object that the policy is given; null where it is given none.</param>
    public object?[] Values(RequestValues request, byte[]? parameters, IReadOnlyList<(string Name, Expression Expression)> named)
    {
        var values = request.With(parameters);
        values[AdmissionExpressions.Variables] = new NamedValues(named, budget, values);
        return values;
    }

    /// <summary>Goes on with another object. What named expressions have come to so far stays.</summary>
    public static void Show(object?[] values, JsonNode document) => values[AdmissionExpressions.Object] = JsonValues.Of(document);

    private sealed class NamedValues : CelMap
    {
        // Thousands may lean on each other: this is what the stack is sure to hold.
        private const int DepthMax = 2000;

        private readonly Dictionary<string, Expression> expressions;
        private readonly Dictionary<string, object> known = [];
        private readonly CelBudget budget;
        private readonly object?[] values;

        // Of all expressions that wait for this one.
        private int depth;

        public NamedValues(IReadOnlyList<(string Name, Expression Expression)> expressions, CelBudget budget, object?[] values)
        {
            this.budget = budget;
            this.values = values;
            this.expressions = new(expressions.Count, StringComparer.Ordinal);
            foreach (var (name, expression) in expressions)
            {
                this.expressions[name] = expression;
            }
        }

        public override int Count => expressions.Count;

        public override IEnumerable<object> Keys => expressions.Keys;

        public override object? Find(object key)
        {
            if (key is not string name || !expressions.TryGetValue(name, out var expression))
            {
                return null;
            }

            if (known.TryGetValue(name, out var value))
            {
                return value;
            }

            value = expression.Program is { } program ? Evaluate(program) : new CelError(expression.Problem);
            return known[name] = value is CelError error
                ? new CelError($"composited variable \"{name}\" fails to {(expression.Program is null ? "compile" : "evaluate")}: {error.Message}")
                : value;
        }

        private object Evaluate(CelProgram program)
        {
            depth += program.Depth;
            try
            {
                return depth > DepthMax ? new CelError("variables refer to variables too deeply") : program.Evaluate(values, budget);
            }
            finally
            {
                depth -= program.Depth;
            }
        }
    }
}
