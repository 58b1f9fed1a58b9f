SELECT
    own.key AS key, incident.earliest AS earliest, incident.latest AS latest,
    incident.local_time AS local_time, base.slug AS base_slug, incident.weapon AS weapon,
    incident.munitions AS munitions_count, incident.outcome AS outcome,
    incident.killed_low AS killed_min, incident.killed_high AS killed_max,
    incident.injured_low AS injured_min, incident.injured_high AS injured_max,
    incident.material_damage AS material_damage, incident.summary AS summary,
    incident.attack_count AS attack_count, 'BW-' || incident.serial AS public_id,
    incident.killed_best AS killed_best, incident.injured_best AS injured_best,
    incident.grade AS grade, incident.summary_ar AS summary_ar,
    'BW-' || incident.serial AS event_id, incident.earliest AS event_date,
    incident.latest AS event_date_end, base.name AS location, base.governorate AS admin1,
    incident.killed_low AS fatalities_low, incident.killed_high AS fatalities_high,
    incident.summary AS notes
FROM attacks_incident AS incident
JOIN bases_militarybase AS base ON base.id = incident.base_id
LEFT JOIN attacks_incidentkey AS own
    ON own.incident_id = incident.id AND own.system = 'csv'
WHERE incident.status = 'published'
ORDER BY incident.earliest DESC, incident.id DESC
