using Navarch.Api;
using Navarch.Api.Core.V1;
using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Core;

/// <summary>Limits of what one pod, container or claim of a namespace may ask for, and what it gets when it does not say.</summary>
public sealed class LimitRangeResource : Resource<LimitRange>
{
    public override bool CreatesOnUpdate => true;

    private static readonly string[] Types = ["Container", "PersistentVolumeClaim", "Pod"];

    public override LimitRange Default(LimitRange value) => value with
    {
        Spec = value.Spec with { Limits = PodTemplateDefaults.Each(value.Spec.Limits, static item => item.Type == LimitType.Container ? Defaulted(item) : item) },
    };

    public override void Validate(LimitRange value, FieldErrors errors)
    {
        var path = FieldPath.Of("spec") / "limits";
        var types = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < value.Spec.Limits.Count; i++)
        {
            var (at, item) = (path[i], value.Spec.Limits[i]);
            errors.QualifiedName(at / "type", item.Type);
            if (!item.Type.Contains('/') && !Types.Contains(item.Type))
            {
                errors.Invalid(at / "type", item.Type, "must be a standard limit type or fully qualified");
            }

            if (!types.Add(item.Type))
            {
                errors.Duplicate(at / "type", item.Type);
            }

            Item(errors, at, item);
        }
    }

    private static LimitRangeItem Defaulted(LimitRangeItem item)
    {
        var defaults = item.Max.WithAll(item.Default);
        return item with { Default = defaults, DefaultRequest = item.Min.WithAll(defaults.WithAll(item.DefaultRequest)) };
    }

    private static void Item(FieldErrors errors, FieldPath path, LimitRangeItem item)
    {
        (string Field, Map<Quantity> Amounts)[] all =
            [("max", item.Max), ("min", item.Min), ("default", item.Default), ("defaultRequest", item.DefaultRequest), ("maxLimitRequestRatio", item.MaxLimitRequestRatio)];
        foreach (var (field, amounts) in all)
        {
            ResourceRules.Amounts(errors, path / field, amounts);
        }

        if (item.Type == LimitType.Pod)
        {
            if (item.Default.Count > 0)
            {
                errors.Forbidden(path / "default", "may not be specified when `type` is 'Pod'");
            }

            if (item.DefaultRequest.Count > 0)
            {
                errors.Forbidden(path / "defaultRequest", "may not be specified when `type` is 'Pod'");
            }
        }

        if (item.Type == LimitType.PersistentVolumeClaim && !item.Min.ContainsKey("storage") && !item.Max.ContainsKey("storage"))
        {
            errors.Required(path / "limits", "either minimum or maximum storage value is required, but neither was provided");
        }

        foreach (var name in all.SelectMany(one => one.Amounts.Keys).Distinct().ToList())
        {
            Order(errors, path, item, name);
        }
    }

    private static void Order(FieldErrors errors, FieldPath path, LimitRangeItem item, string name)
    {
        NotAbove("min", item.Min, "max", item.Max);
        NotAbove("defaultRequest", item.DefaultRequest, "max", item.Max);
        NotAbove("defaultRequest", item.DefaultRequest, "default", item.Default);
        NotAbove("default", item.Default, "max", item.Max);
        NotAbove("min", item.Min, "default", item.Default);
        NotAbove("min", item.Min, "defaultRequest", item.DefaultRequest);
        if (item.MaxLimitRequestRatio.TryGetValue(name, out var ratio))
        {
            if (ratio.Value < 1)
            {
                errors.Invalid((path / "maxLimitRequestRatio")[name], ratio, $"ratio {ratio} is less than 1");
            }

            if (item.Min.TryGetValue(name, out var min) && item.Max.TryGetValue(name, out var max) && min.Value > 0 && ratio.Value > max.Value / min.Value)
            {
                errors.Invalid((path / "maxLimitRequestRatio")[name], ratio, $"ratio {ratio} is greater than max/min = {max.Value / min.Value:0.000000}");
            }
        }

        if (!ResourceRules.CanBeOvercommitted(name) && item.Default.TryGetValue(name, out var given) && item.DefaultRequest.TryGetValue(name, out var request) && given.Value != request.Value)
        {
            errors.Invalid((path / "defaultRequest")[name], request, $"default value {given} must equal to defaultRequest value {request} in {name}");
        }

        void NotAbove(string lowerField, Map<Quantity> lower, string upperField, Map<Quantity> upper)
        {
            if (lower.TryGetValue(name, out var low) && upper.TryGetValue(name, out var high) && low.Value > high.Value)
            {
                errors.Invalid((path / lowerField)[name], low, $"{lowerField} value {low} is greater than {upperField} value {high}");
            }
        }
    }
}
